import type { Feature } from '@neartime/engines';
import { entityFields } from '@neartime/schemas';
import { featureNamed, registered } from './options.ts';
import { print, printJson, table } from './print.ts';

const described = ({ name, entity, engine, engineName, eventNames, valueField }: Feature) => ({
  feature: name,
  entity,
  id: entityFields[entity],
  engine: engineName,
  events: eventNames ?? 'all',
  input: valueField ?? null,
  columns: [
    { name: 'id', type: 'STRING' },
    { name: 'country', type: 'STRING' },
    { name: 'brand', type: 'STRING' },
    { name: engine.output.name, type: engine.output.type },
  ],
  consumer_group: `neartime.${name}`,
  topic: `events.${entity}`,
  offline_table: `features_store.${name}`,
  online_table: name,
});

export function featuresCommand({ json }: { json?: boolean }): void {
  const all = registered.map(described);
  if (json) return printJson(all);
  print(
    table(
      ['feature', 'entity', 'engine', 'value column', 'events'],
      all.map((feature) => [
        feature.feature,
        feature.entity,
        feature.engine,
        feature.columns[3].name,
        [feature.events].flat().join(', '),
      ]),
    ),
  );
}

export function describeCommand(name: string, { json }: { json?: boolean }): void {
  const feature = described(featureNamed(name));
  if (json) return printJson(feature);
  const columns = feature.columns.map((column) => `${column.name} ${column.type}`).join(', ');
  const lines = { ...feature, events: [feature.events].flat().join(', '), input: feature.input ?? 'none', columns };
  print(
    table(
      ['', ''],
      Object.entries(lines).map(([key, value]) => [key.replace('_', ' '), value]),
    ).trimStart(),
  );
}
