import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseResumePoint, resumePointText } from '../src/resume-point.ts';

describe('what a commit leaves', () => {
  it('comes back as it was', () => {
    const closedBefore = fc.oneof(fc.constant(-Infinity), fc.integer({ min: 0, max: 4e9 }));
    fc.assert(
      fc.property(fc.record({ resumeAt: fc.nat(), closedBefore }), (point) => {
        expect(parseResumePoint(resumePointText(point))).toEqual(point);
      }),
    );
  });

  it.each(['', '{}', 'null', '{"resumeAt":1.5,"closedUpTo":0}', '{"resumeAt":1,"closedUpTo":"0"}', 'kafkajs'])(
    'is none of ours when it is %j',
    (metadata) => {
      expect(parseResumePoint(metadata)).toBeUndefined();
    },
  );
});
