import { z } from 'zod';

const answerType = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() }))
    .optional(),
});

/**
 * Takes `data` out of a GraphQL answer. An error in it fails the whole: half an answer would be taken for a full one.
 *
 * @throws when the answer has errors or another shape
 */
export function readAnswer<Type extends z.ZodType>(body: unknown, dataType: Type): z.output<Type> {
  const answer = answerType.safeParse(body);
  if (!answer.success) {
    throw new Error('the answer is not a GraphQL response');
  }
  const [error] = answer.data.errors ?? [];
  if (error !== undefined) {
    throw new Error(`the answer has an error: ${error.extensions?.code ?? 'no code'}: ${error.message}`);
  }
  const data = dataType.safeParse(answer.data.data);
  if (!data.success) {
    // Only where it differs: the values may be somebody's personal data, and this goes to the log.
    const places = data.error.issues.map((issue) => issue.path.map(String).join('.') || 'data');
    throw new Error(`the answer has another shape than was asked for at ${[...new Set(places)].join(', ')}`);
  }
  return data.data;
}
