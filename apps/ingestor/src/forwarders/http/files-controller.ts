import type { IncomingMessage } from 'node:http';
import { HEALTH_SOURCES, type HealthSource } from '@neartime/service';
import {
  BadRequestException,
  Controller,
  HttpCode,
  Inject,
  PayloadTooLargeException,
  Post,
  Req,
  ServiceUnavailableException,
  UseGuards,
} from '@nestjs/common';
import type { Notice } from '../../notice.ts';
import { bodyText } from './body-text.ts';
import { mostNotices, parseHandedIn } from './handed-in.ts';
import { NotWritten, NoticeDoor } from './notice-door.ts';
import { TokenGuard } from './token-guard.ts';

/** Enough for so many S3 keys of the greatest length. */
const mostBytes = 16_000_000;
/** Who reads an answer does not read more. */
const mostFaults = 100;

/**
 * `POST /files` takes notices (see parseHandedIn) and answers
 * - 202 with how many were written, once they stand in the log;
 * - 400 with what is wrong, and nothing is written; 401 without the token, where there is one; 413 for too many;
 * - 503 with the reason while the log is not there: they may be handed in again, also those that were written after all.
 */
@Controller('files')
@UseGuards(TokenGuard)
export class FilesController {
  readonly #door: NoticeDoor;
  readonly #sources: readonly HealthSource[];

  constructor(@Inject(NoticeDoor) door: NoticeDoor, @Inject(HEALTH_SOURCES) sources: readonly HealthSource[]) {
    this.#door = door;
    this.#sources = sources;
  }

  @Post()
  @HttpCode(202)
  async post(@Req() request: IncomingMessage): Promise<{ written: number }> {
    const notices = await noticesOf(request);
    if (!this.#door.isOpen) throw new ServiceUnavailableException(this.#whyClosed());
    try {
      await this.#door.write(notices);
    } catch (error) {
      if (error instanceof NotWritten) throw new ServiceUnavailableException(error.message);
      throw error;
    }
    return { written: notices.length };
  }

  #whyClosed(): string {
    const checks = this.#sources.map((source) => source.ready());
    return checks.find((check) => !check.ok)?.why ?? 'there is no log yet';
  }
}

async function noticesOf(request: IncomingMessage): Promise<readonly Notice[]> {
  const body = await bodyText(request, mostBytes);
  if (body === undefined) throw new PayloadTooLargeException(`it has more than ${mostBytes} bytes`);
  const notices = parseHandedIn(body);
  if ('faults' in notices) {
    const shown = notices.faults.slice(0, mostFaults);
    throw new BadRequestException({ statusCode: 400, message: 'nothing was written', faults: shown });
  }
  if (notices.length > mostNotices)
    throw new PayloadTooLargeException(`it has ${notices.length} notices, and ${mostNotices} may be handed in at once`);
  return notices;
}
