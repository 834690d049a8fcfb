import { Injectable } from '@nestjs/common';
import type { Sight } from '../authentication/marks.js';
import type { Viewer } from '../authentication/viewer.js';
import { NotFound } from '../platform/refusals.js';

/** What those have who ask for roles, such as org admins; for others it does not exist (R8). */
@Injectable()
export class OrgAdminsOnly implements Sight {
  check({ may }: Viewer): Promise<void> {
    return may.has('role_requests.file')
      ? Promise.resolve()
      : Promise.reject(new NotFound('for org admins only'));
  }
}
