import { expect, it } from 'vitest';
import { start } from './cli.ts';
import { lockedCassandra } from './locked-cassandra.ts';

it.each([
  ['wrong', { CASSANDRA_USERNAME: 'u', CASSANDRA_PASSWORD: 'password-of-nobody' }, 'the user or password is wrong'],
  ['missing', {}, 'CASSANDRA_USERNAME'],
  ['half given', { CASSANDRA_USERNAME: 'u' }, 'CASSANDRA_PASSWORD: is missing, while CASSANDRA_USERNAME is given'],
])('says of a password of Cassandra that it is %s', async (_, env, says) => {
  using locked = await lockedCassandra();
  const { code, stdout, stderr } = await start(['files', '--cassandra', `${locked.contactPoint}/neartime`], { env })
    .ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^neartime: .*\n$/);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('password-of-nobody');
});
