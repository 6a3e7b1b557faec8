import { connectObjects } from '@neartime/servers/objects';
import { s3Settings } from '@neartime/service/config';
import type { VersionedObjectStore } from '@neartime/streams';
import type { Opened } from './open-place.ts';
import { settingsOf } from './settings.ts';

/** Somebody waits at the terminal: a server that is down is asked once more and no longer. */
const patience = { attempts: 2, connectMs: 3000, answerMs: 10_000 };

/** The objects below an `s3://bucket[/prefix]`, and on which server they are. */
export function bucketView(url: string): Opened<VersionedObjectStore> & { readonly server: string } {
  const settings = settingsOf(s3Settings);
  const objects = connectObjects(settings, patience);
  return {
    port: objects.store(url),
    server: settings.endpoint ?? 's3',
    [Symbol.asyncDispose]: async () => objects[Symbol.dispose](),
  };
}
