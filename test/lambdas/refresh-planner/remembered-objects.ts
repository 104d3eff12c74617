import { setImmediate as others } from 'node:timers/promises'
import type { ConditionalObjects } from '#domain/ports.ts'

/** A bucket in memory, whose conditions are S3's; every call lets others in between. */
export class RememberedObjects implements ConditionalObjects {
  readonly texts = new Map<string, { text: string; tag: string }>()
  #writes = 0

  async get(key: string) {
    await others()
    return this.texts.get(key)
  }

  async create(key: string, text: string) {
    await others()
    if (this.texts.has(key)) return false
    this.#write(key, text)
    return true
  }

  async replace(key: string, text: string, tag: string) {
    await others()
    if (this.texts.get(key)?.tag !== tag) return false
    this.#write(key, text)
    return true
  }

  async put(key: string, text: string) {
    await others()
    this.#write(key, text)
  }

  async list(prefix: string) {
    await others()
    return [...this.texts.keys()].filter((key) => key.startsWith(prefix))
  }

  #write(key: string, text: string): void {
    this.#writes += 1
    this.texts.set(key, { text, tag: `"${this.#writes}"` })
  }
}
