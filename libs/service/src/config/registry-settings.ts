import { secret, text, url } from './kinds.ts';
import type { Secret } from './secret.ts';
import { allOrNone, group } from './setting.ts';

export interface RegistrySettings {
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: Secret };
}

export const registrySettings = group(
  {
    url: url('SCHEMA_REGISTRY_URL', { about: "the schema registry, with Confluent's API" }),
    username: text('SCHEMA_REGISTRY_USERNAME', { about: 'the user', optional: true }),
    password: secret('SCHEMA_REGISTRY_PASSWORD', { about: "the user's password", optional: true }),
  },
  ({ url, username, password }, refuse): RegistrySettings => {
    allOrNone({ SCHEMA_REGISTRY_USERNAME: username, SCHEMA_REGISTRY_PASSWORD: password }, refuse);
    const auth = username && password && { username, password };
    return { url, ...(auth && { auth }) };
  },
);
