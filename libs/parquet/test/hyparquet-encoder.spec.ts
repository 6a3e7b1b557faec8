import { hyparquetEncoder } from '../src/hyparquet-encoder.ts';
import { partEncoderContract } from './part-encoder.contract.ts';

partEncoderContract(hyparquetEncoder, { exactInt64: true });
