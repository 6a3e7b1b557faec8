import { feature } from '@neartime/engines';
import { DeviceLastBrowse } from './device-last-browse.ts';
import { UserLastLogin } from './user-last-login.ts';
import { UserNumPosts } from './user-num-posts.ts';

/** Every feature of the system; a new one is its file and its line here. */
export const features = [
  feature('device_last_browse', DeviceLastBrowse),
  feature('user_last_login', UserLastLogin),
  feature('user_num_posts', UserNumPosts),
] as const;
