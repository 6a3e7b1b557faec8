import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import type { Page } from './encoded-column.ts';

/** A page of so many values, written over what `scratch` held: used memory costs far less than new memory. */
export function scratchPage(scratch: ByteWriter, values: number, write: (page: ByteWriter) => void): Page {
  scratch.offset = 0;
  scratch.index = 0;
  write(scratch);
  return { bytes: scratch.getBytes(), values };
}
