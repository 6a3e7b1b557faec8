/** Something outside is broken: what, where and its cause. `retriable` says whether trying again may help, never the text. */
export class StoreError extends Error {
  readonly retriable: boolean;

  constructor(message: string, options: { cause?: unknown; retriable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StoreError';
    this.retriable = options.retriable ?? false;
  }
}
