import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FolderObjectStore, SqliteCatalogue, SqliteOnlineStore, lockStore } from '@neartime/streams/embedded';
import { Failure, systemFailure } from '../failure.ts';
import { makeFolder } from '../make-folder.ts';

/** A store folder, opened for writing by this process alone. */
export class EmbeddedStore implements Disposable {
  readonly folder: string;
  readonly partitions: number;
  readonly catalogue: SqliteCatalogue;
  readonly online: SqliteOnlineStore;
  readonly objects: FolderObjectStore;
  readonly #resources: DisposableStack;

  private constructor(
    folder: string,
    partitions: number,
    catalogue: SqliteCatalogue,
    online: SqliteOnlineStore,
    resources: DisposableStack,
  ) {
    this.folder = folder;
    this.partitions = partitions;
    this.catalogue = catalogue;
    this.online = online;
    this.objects = new FolderObjectStore(folder);
    this.#resources = resources;
  }

  /**
   * Opens or makes a store. The partition count belongs to the store: it is set when the store is made (4 unless asked
   * otherwise), and another one is refused afterwards.
   */
  static async open(folder: string, asked?: { readonly partitions?: number | undefined }): Promise<EmbeddedStore> {
    using resources = new DisposableStack();
    await makeFolder(folder).catch((cause: unknown) => {
      throw systemFailure(`cannot make the folder ${folder}`, cause);
    });
    resources.use(lockStore(folder));
    const catalogue = resources.use(new SqliteCatalogue(join(folder, 'catalogue.db')));
    const online = resources.use(new SqliteOnlineStore(join(folder, 'online.db')));
    const partitions = await settlePartitions(folder, catalogue, asked?.partitions);
    return new EmbeddedStore(folder, partitions, catalogue, online, resources.move());
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

/** Opens the catalogue of a store to look at, beside a process that may be writing it. */
export function openCatalogue(folder: string): SqliteCatalogue {
  return new SqliteCatalogue(existing(folder, 'catalogue.db'), { readOnly: true });
}

/** Opens the online rows of a store to look at. */
export function openOnline(folder: string): SqliteOnlineStore {
  return new SqliteOnlineStore(existing(folder, 'online.db'), { readOnly: true });
}

function existing(folder: string, file: string): string {
  const path = join(folder, file);
  if (!existsSync(path))
    throw new Failure(
      `no store in ${folder} (there is no ${file}); make one with: neartime backfill --in DIR --out ${folder}`,
    );
  return path;
}

async function settlePartitions(
  folder: string,
  catalogue: SqliteCatalogue,
  asked: number | undefined,
): Promise<number> {
  const standing = await catalogue.setting('partitions');
  if (standing === undefined) {
    await catalogue.setSetting('partitions', String(asked ?? 4));
    return asked ?? 4;
  }
  if (asked !== undefined && asked !== Number(standing)) {
    throw new Failure(
      `the store in ${folder} has ${standing} partitions, not ${asked}; leave --partitions out or choose another --out`,
    );
  }
  return Number(standing);
}
