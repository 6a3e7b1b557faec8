import { Count, type RawEvents } from '@neartime/engines';

/** How many items each user posted. */
export class UserNumPosts extends Count {
  process(events: RawEvents) {
    return events.clean().named('post_item_success').select({ id: 'user_id', country: 'country', brand: 'brand' });
  }
}
