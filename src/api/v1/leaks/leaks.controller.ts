import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { Machine } from '../../../authentication/marks.js';
import { Leaks } from '../../../leaks/leaks.service.js';
import { type Found, readReport } from '../../../leaks/report.js';
import { type ReportKeys, signerOf } from '../../../leaks/signatures.js';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { gitHubKeys } from '../../../platform/config/leak-keys.js';
import { Problem } from '../../../platform/web/problems.js';
import { send } from '../kernel/send.js';

const reporters = { github: 'GitHub secret scanning', scanner: 'Leak scanner' };

/** Reports of values that were found, in the form and with the answers of GitHub (docs/leaks.md). */
@Machine()
@Controller('api/v1/leaks')
export class LeaksController {
  private readonly keys: ReportKeys;

  constructor(
    private readonly leaks: Leaks,
    private readonly clock: Clock,
    { LEAK_GITHUB_KEYS_FILE: file, LEAK_REPORT_KEY: shared }: Config,
  ) {
    this.keys = { github: file === undefined ? new Map() : gitHubKeys(file), shared };
  }

  @Post()
  async report(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const body = request.rawBody ?? Buffer.alloc(0);
    const signer = signerOf(request.headers, body, this.keys, this.clock.now());
    if (!signer) throw unsigned();
    const read = readReport(body);
    if (!('found' in read)) {
      const { problem, tooMany } = read;
      const [status, code] = tooMany ? [413, 'too_large'] : [422, 'invalid'];
      throw new Problem(status, code, 'This is no report of leaks. Nothing was changed.', {
        errors: [{ ...problem, code: 'invalid' }],
      });
    }
    const reporter = { id: null, name: reporters[signer], address: request.ip };
    const ours = await this.leaks.report(reporter, read.found);
    return send(
      reply,
      read.found.map((each, at) => labelled(each, ours[at]!)),
    );
  }
}

function unsigned(): Problem {
  const text = 'The signature does not fit this body, or is of a key or time that does not count.';
  return new Problem(401, 'invalid_signature', text, {
    headers: { 'www-authenticate': 'Signature realm="Keyturn"' },
  });
}

/** The value is named by its hash, so that no answer holds it. */
function labelled({ token, type }: Found, ours: boolean) {
  return {
    token_hash: createHash('sha256').update(token).digest('hex'),
    token_type: type,
    label: ours ? 'true_positive' : 'false_positive',
  };
}
