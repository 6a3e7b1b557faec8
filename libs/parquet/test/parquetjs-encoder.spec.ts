import { parquetjsEncoder } from '../src/parquetjs-encoder.ts';
import { partEncoderContract } from './part-encoder.contract.ts';

partEncoderContract(parquetjsEncoder, { exactInt64: false });
