import { describe, expect, it } from 'vitest';
import { everyOther, faultPlan } from '../src/fault-plan.ts';

describe('the plan of faults', () => {
  const options = { seed: 7, kills: 20, seconds: 300 };

  it('is a function of the seed alone', () => {
    expect(faultPlan(options)).toEqual(faultPlan(options));
    expect(faultPlan({ ...options, seed: 8 })).not.toEqual(faultPlan(options));
  });

  it('holds every kill, each other fault once, in the order of their moments, all within the time', () => {
    const plan = faultPlan(options);
    const names = plan.map(({ fault }) => fault);
    expect(names.filter((name) => name === 'kill')).toHaveLength(20);
    expect(names.filter((name) => name !== 'kill').sort()).toEqual([...everyOther].sort());
    expect(plan.map(({ at }) => at)).toEqual(plan.map(({ at }) => at).sort((a, b) => a - b));
    for (const { at } of plan) expect(at >= 0 && at <= 300).toBe(true);
  });

  it('gives each fault a draw of its own', () => {
    const draws = faultPlan(options).map(({ draw }) => draw);
    expect(new Set(draws).size).toBe(draws.length);
  });
});
