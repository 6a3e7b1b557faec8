import { describe, expect, it } from 'vitest';
import { Secret } from '../src/config/index.ts';
import type { LogLevel } from '../src/log-level.ts';
import { type Logger, serviceLogger } from '../src/logging.ts';

function linesAt(level: LogLevel, log: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  log(serviceLogger('ingestor', level, { write: (line) => void lines.push(line) }));
  return lines;
}

const failure = new Error('store: cannot write 3 rows', {
  cause: Object.assign(new Error('connect ECONNREFUSED\n127.0.0.1:9042'), { request: { headers: 'Basic c2VjcmV0' } }),
});

describe('a line', () => {
  it('is JSON with level, time, service and message', () => {
    const [line] = linesAt('info', (logger) => logger.warn({ topic: 'raw-files' }, 'slow'));
    expect(line).toMatch(/^\{.*\}\n$/);
    const { time, ...rest } = JSON.parse(line!) as { time: string };
    expect(new Date(time).toISOString()).toBe(time);
    expect(rest).toEqual({ level: 'warn', service: 'ingestor', topic: 'raw-files', msg: 'slow' });
  });

  it('is not written below the level', () => {
    expect(linesAt('warn', (logger) => logger.info('all is well'))).toEqual([]);
  });

  it('never shows a secret', () => {
    const [line] = linesAt('trace', (logger) =>
      logger.info({ kafka: { password: new Secret('hunter2') } }, 'settings'),
    );
    expect(JSON.parse(line!)).toMatchObject({ kafka: { password: '***' } });
  });
});

describe('an error', () => {
  const errOf = (level: LogLevel, err: unknown = failure) =>
    (JSON.parse(linesAt(level, (logger) => logger.error({ err }, 'failed'))[0]!) as { err: object }).err;

  it.each(['info', 'warn', 'error'] as const)('has its message and causes and nothing else at level %s', (level) => {
    expect(errOf(level)).toEqual({
      type: 'Error',
      message: 'store: cannot write 3 rows',
      causes: ['connect ECONNREFUSED 127.0.0.1:9042'],
    });
  });

  it.each(['debug', 'trace'] as const)('has its stack at level %s', (level) => {
    expect(errOf(level)).toHaveProperty('stack', failure.stack);
  });

  it('may be anything that is thrown', () => {
    expect(errOf('info', 'gone')).toMatchObject({ message: 'gone' });
    expect(errOf('info', null)).toMatchObject({ message: 'null' });
    expect(errOf('info', new AggregateError([new Error('a'), new Error('b')], 'both'))).toMatchObject({
      message: 'both',
      causes: ['a', 'b'],
    });
  });
});
