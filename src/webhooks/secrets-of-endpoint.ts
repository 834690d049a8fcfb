/** What the signing secret of an endpoint is sealed for. */
export const sealContext = (endpointId: string) => `webhook_endpoints ${endpointId}`;
