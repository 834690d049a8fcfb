import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';

/** Of a form with a file, whole; a second time it comes as text, which is a third longer. */
export const uploadLimit = 1024 * 1024;

/**
 * Lets addresses take forms with a file. Its bytes come as base64url in the field of its name: so they go
 * through a second try, with a code, like all else that was filled in.
 */
export function takeUploads(fastify: FastifyInstance, where: RegExp): void {
  fastify.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async ({ url, headers }: FastifyRequest, body: Buffer) => {
      if (!where.test(url)) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE();
      return fieldsOf(body, headers['content-type']!);
    },
  );
}

async function fieldsOf(body: Buffer, type: string): Promise<Record<string, string>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw Object.assign(new Error('not a form'), { statusCode: 400 });
    });
  const fields = [...form].map(async ([name, value]) => {
    if (typeof value === 'string') return [name, value] as const;
    return [name, Buffer.from(await value.arrayBuffer()).toString('base64url')] as const;
  });
  return Object.fromEntries(await Promise.all(fields));
}
