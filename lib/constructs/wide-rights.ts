import { Stack, Validations } from 'aws-cdk-lib'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/** Whoever gets rights, and where reasons for wide ones are given. */
export type Grantee = Construct & IGrantable

/**
 * Grants actions on resources of which some end in a wildcard, because what they cover is named only at run time.
 * @param reason what it covers, for whoever reviews it
 */
export function grantWide(
  grantee: Grantee,
  actions: readonly string[],
  arns: readonly string[],
  reason: string,
): Grant {
  const stack = Stack.of(grantee)
  for (const arn of arns) {
    const named = flattened(stack.resolve(arn))
    if (named.includes('*'))
      Validations.of(grantee).acknowledge({ id: `AwsSolutions-IAM5[Resource::${named}]`, reason })
  }
  return Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [...arns] })
}

/** An ARN as cdk-nag names it: references in angle brackets. */
function flattened(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('Ref' in value) return `<${String(value.Ref)}>`
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [separator, parts]: unknown[] = value['Fn::Join']
    return (Array.isArray(parts) ? parts : []).map(flattened).join(String(separator))
  }
  return JSON.stringify(value)
}
