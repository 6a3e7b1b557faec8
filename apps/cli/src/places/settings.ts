import { ConfigError, type Group, readConfig } from '@neartime/service/config';
import { Failure } from '../failure.ts';

/** A group of the services' settings from the same environment variables, with those that flags have said in their place. */
export function settingsOf<T>(group: Group<T>, said: Readonly<Record<string, string>> = {}): T {
  try {
    return readConfig({ ...process.env, ...said }, { group }).group;
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure(error.message.replaceAll('\n', '; '), { cause: error });
    throw error;
  }
}
