import type { ForwarderListener } from '../../src/forwarders/forwarder.ts';

/** What forwarders said, one line each, and their troubles apart. */
export class Heard implements ForwarderListener {
  readonly lines: string[] = [];
  readonly troubles: string[] = [];

  taken(lease: string): void {
    this.lines.push(`taken ${lease}`);
  }
  left(lease: string, why: string): void {
    this.lines.push(`left ${lease}: ${why}`);
  }
  listed(listing: string, { files, newSources }: { files: number; newSources: number }): void {
    this.lines.push(`${listing}: ${files} files, ${newSources} new sources`);
  }
  trouble(_: string, error: unknown): void {
    this.troubles.push((error as Error).message);
  }
}
