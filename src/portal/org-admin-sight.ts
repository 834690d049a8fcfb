import { Injectable } from '@nestjs/common';
import type { Sight } from '../authentication/marks.js';
import type { Viewer } from '../authentication/viewer.js';
import { NotFound } from '../platform/refusals.js';

/** What only org admins have; for others it does not exist (R8). */
@Injectable()
export class OrgAdminsOnly implements Sight {
  check({ orgAdmin }: Viewer): Promise<void> {
    return orgAdmin ? Promise.resolve() : Promise.reject(new NotFound('for org admins only'));
  }
}
