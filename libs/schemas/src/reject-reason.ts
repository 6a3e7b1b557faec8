/** Why a line is no event, in the order in which a line is examined: the first that holds is the one that is counted. */
export const rejectReasons = [
  'line_too_long',
  'not_utf8',
  'not_json',
  'not_object',
  'missing_event_name',
  'bad_timestamp',
  'timestamp_in_future',
  'missing_country',
  'missing_brand',
  'no_entity_id',
  'too_many_windows',
] as const;

export type RejectReason = (typeof rejectReasons)[number];
