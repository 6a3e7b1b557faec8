import { LastActionTime, type RawEvents } from '@neartime/engines';

/** When each user last signed in. */
export class UserLastLogin extends LastActionTime {
  process(events: RawEvents) {
    return events
      .clean()
      .named('login_sign_in_complete')
      .select({ id: 'user_id', country: 'country', brand: 'brand', action_timestamp: 'timestamp' });
  }
}
