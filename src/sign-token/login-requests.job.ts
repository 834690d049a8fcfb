import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LoginRequests } from './login-requests.service.js';

/** Sweeps sign-ins that are over. Nothing depends on it: each token is judged when it is shown. */
@Injectable()
export class LoginRequestsJob {
  constructor(private readonly requests: LoginRequests) {}

  @Interval(3_600_000)
  async sweep(): Promise<void> {
    // A database that is away now is swept next time.
    await this.requests.forgetOld().catch(() => undefined);
  }
}
