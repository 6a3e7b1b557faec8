/* What we use of kafkajs below its API, of the one version that package.json names. */

interface RequestDefinition {
  /** What makes the request and reads the response, in a version of the protocol. */
  protocol: (options: { readonly version: number }) => (request: never) => unknown;
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  const definition: RequestDefinition;
  export default definition;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  const definition: RequestDefinition;
  export default definition;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number);
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeString(value: string | null): this;
    writeBuffer(value: Buffer): this;
  }
}
