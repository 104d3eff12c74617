import { oneOf, optional, text, token } from './fields.ts'

/** What a customer pays for. */
export const plans = ['free', 'basic', 'premium', 'enterprise'] as const

/** Sixteen kinds of device: form, system and browser or app. */
export const devices = [
  'desktop_windows_chrome',
  'desktop_windows_edge',
  'desktop_windows_firefox',
  'desktop_macos_safari',
  'desktop_macos_chrome',
  'desktop_macos_firefox',
  'desktop_linux_chrome',
  'desktop_linux_firefox',
  'mobile_ios_safari',
  'mobile_ios_chrome',
  'mobile_ios_app',
  'mobile_android_chrome',
  'mobile_android_samsung',
  'mobile_android_app',
  'tablet_ios_safari',
  'tablet_android_chrome',
] as const

export const currencies = ['USD', 'EUR', 'GBP', 'JPY'] as const

/** What every event of a customer carries. */
export const customerFields = {
  schema_version: oneOf(['v1'], "Version of the event's form that its producer wrote."),
  idempotency_key: text("The producer's id of this very event, the same whenever it is sent again.", {
    example: '0198f0c2-6f0e-7c3a-9d55-1f2e3d4c5b6a',
  }),
  user_id: text("The product's own id of the user; never a name or an address.", { example: 'u-48213' }),
  device: oneOf(devices, 'What it happened on.'),
  ip_token: optional(token('Keyed hash of the address that it came from.')),
}
