import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Secret } from '@neartime/service';
import { type CanActivate, type ExecutionContext, Inject, Injectable, UnauthorizedException } from '@nestjs/common';

/** What requests have to bring, `undefined` where they need bring nothing. */
export const HTTP_TOKEN = Symbol('HTTP_TOKEN');

/** Lets in who brings the token, `Authorization: Bearer …`. How long that takes tells nothing of the token. */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #wanted: Buffer | undefined;

  constructor(@Inject(HTTP_TOKEN) token: Secret | undefined) {
    this.#wanted = token && digest(token.reveal());
  }

  canActivate(context: ExecutionContext): boolean {
    if (!this.#wanted) return true;
    const http = context.switchToHttp();
    const { authorization = '' } = http.getRequest<IncomingMessage>().headers;
    const [, given] = /^Bearer +(.*)$/i.exec(authorization) ?? [];
    if (given !== undefined && timingSafeEqual(digest(given), this.#wanted)) return true;
    http.getResponse<ServerResponse>().setHeader('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException('it needs the header Authorization: Bearer with the token of this service');
  }
}

/** Of one length, whatever the text is. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
