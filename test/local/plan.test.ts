import { expect, it } from 'vitest'
import { Plan } from '#local/plan.ts'

it('runs a step after those it needs, with what they made', async () => {
  const plan = new Plan()
  const order: string[] = []
  const first = plan.step('first', [], async () => {
    order.push('first')
    return 20
  })
  const second = plan.step('second', [first], async () => {
    order.push('second')
    return (await first) + 1
  })
  expect(await plan.run()).toEqual([])
  expect(order).toEqual(['first', 'second'])
  await expect(second).resolves.toBe(21)
})

it('fails what needed a step that failed, with its reason, and nothing else', async () => {
  const plan = new Plan()
  const broken = plan.step('broken', [], () => Promise.reject(new Error('no port')))
  const dependent = plan.step('dependent', [broken], async () => 'never')
  const apart = plan.step('apart', [], async () => 'done')
  await plan.run()
  await expect(dependent).rejects.toThrow('no port')
  await expect(apart).resolves.toBe('done')
})
