/** What went wrong between here and there, as a sentence. */
export function networkFault(error: unknown, url: string): RangeError {
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: unknown };
  const reason = reasons[String(code)] ?? 'the connection failed or broke off';
  const detail = typeof code === 'string' ? ` (${code})` : '';
  return new RangeError(`${url}: ${reason}${detail}. ${advice(String(code))}`);
}

const reasons: Record<string, string> = {
  ENOTFOUND: 'there is no machine of this name',
  EAI_AGAIN: 'the name cannot be looked up right now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to this machine',
  ENETUNREACH: 'there is no way to this network',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it did not answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority that this machine does not know',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

function advice(code: string): string {
  if (/CERT|SIGNATURE/.test(code)) return 'NODE_EXTRA_CA_CERTS names further authorities.';
  if (/RESET|SOCKET|TIMEOUT|TIMEDOUT/.test(code)) {
    return 'What was asked for may have been done: look before you try again.';
  }
  return 'Is KEYTURN_URL right, and the service running?';
}
