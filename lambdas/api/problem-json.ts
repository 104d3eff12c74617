import { z } from '@hono/zod-openapi'

/** The wire shape of every error (RFC 9457). */
export const ProblemJson = z
  .strictObject({
    type: z.string().openapi({ description: 'What kind of failure, for programs.', example: 'urn:lodestream:unknown' }),
    title: z.string().openapi({ description: 'The kind in words.' }),
    status: z.int().openapi({ description: 'The HTTP status.' }),
    detail: z.string().openapi({ description: 'What went wrong with this request, and what to do.' }),
    instance: z.string().openapi({ description: 'The path that was asked for.' }),
    correlation_id: z.string().openapi({ description: "Finds the request in the API's log." }),
    parameters: z
      .array(z.strictObject({ name: z.string(), in: z.enum(['path', 'query']), reason: z.string() }))
      .optional()
      .openapi({ description: 'Every parameter that cannot be used.' }),
    nearby: z.array(z.string()).optional().openapi({ description: 'What exists and looks alike, the nearest first.' }),
    dependencies: z
      .record(z.string(), z.strictObject({ state: z.enum(['up', 'down']), answered_in_ms: z.number() }))
      .optional()
      .openapi({ description: 'What the API depends on, where that is the reason.' }),
  })
  .openapi('Problem')
