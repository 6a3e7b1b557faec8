export { s3Client, type S3ClientOptions } from './s3-client.ts';
export { S3ObjectStore, type S3ObjectStoreOptions } from './s3-object-store.ts';
export { S3Reservoir, type ListingPart, type S3ReservoirOptions } from './s3-reservoir.ts';
export { formatS3Url, parseS3Url, type S3Place } from './s3-url.ts';
