import { LastActionTime, type RawEvents } from '@neartime/engines';

/** When each device last browsed. */
export class DeviceLastBrowse extends LastActionTime {
  process(events: RawEvents) {
    return events
      .clean()
      .named('app_open', 'view_listings', 'view_item', 'search_start', 'chat_inbox', 'on_resume')
      .select({ id: 'device_id', country: 'country', brand: 'brand', action_timestamp: 'timestamp' });
  }
}
