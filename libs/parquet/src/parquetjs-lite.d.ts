/** The part of parquetjs-lite, which brings no types, that is used here. */
declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  interface Field {
    readonly type: 'UTF8' | 'INT64' | 'DOUBLE';
    readonly compression: 'SNAPPY';
    readonly statistics: boolean;
  }

  interface WriterOptions {
    readonly rowGroupSize: number;
    /** In rows. */
    readonly pageSize: number;
    readonly pageIndex: boolean;
    readonly useDataPageV2: boolean;
  }

  interface ParquetWriter {
    appendRow(row: Record<string, string | number>): Promise<void>;
    close(): Promise<void>;
  }

  const parquet: {
    readonly ParquetSchema: new (fields: Record<string, Field>) => object;
    readonly ParquetWriter: {
      openStream(schema: object, stream: Writable, options: WriterOptions): Promise<ParquetWriter>;
    };
  };
  export default parquet;
}
