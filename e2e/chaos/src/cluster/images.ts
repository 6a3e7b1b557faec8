/** Images by the names under which everybody finds them; another registry or version is an environment variable away. */
export const images = {
  kafka: process.env['NEARTIME_CHAOS_KAFKA_IMAGE'] ?? 'apache/kafka:4.2.0',
  registry: process.env['NEARTIME_CHAOS_REGISTRY_IMAGE'] ?? 'confluentinc/cp-schema-registry:8.2.0',
  cassandra: process.env['NEARTIME_CASSANDRA_IMAGE'] ?? 'cassandra:5.0',
  s3: process.env['NEARTIME_S3_IMAGE'] ?? 'versity/versitygw:v1.8.0',
};
