import type { GroupMember, GroupOptions, LogReader, LogTopics, LogWriter } from '@neartime/streams';

/*
 * The names of topics are fixed (libs/schemas), and a benchmark must not write into those that somebody else on the same
 * broker reads. So its log has them under a prefix, of which the workers do not know.
 */

export const ownWriter = (prefix: string, writer: LogWriter): LogWriter => ({
  append: (appends) => writer.append(appends.map((append) => ({ ...append, topic: prefix + append.topic }))),
});

export const ownReader = (prefix: string, reader: LogReader): LogReader => ({
  join: ({ open, groupId, topics, ...options }: GroupOptions): Promise<GroupMember> =>
    reader.join({
      ...options,
      groupId: prefix + groupId,
      topics: topics.map((topic) => prefix + topic),
      // The signal must stay the one that is aborted.
      open: (assignment) => open({ ...assignment, topic: assignment.topic.slice(prefix.length) }),
    }),
});

export const ownTopics = (prefix: string, topics: LogTopics): Pick<LogTopics, 'ensure' | 'bounds'> => ({
  ensure: (specs) => topics.ensure(specs.map((spec) => ({ ...spec, topic: prefix + spec.topic }))),
  bounds: (topic) => topics.bounds(prefix + topic),
});
