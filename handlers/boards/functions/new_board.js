// Writes a new board. The condition decides between two who choose the same id at the same time.
import { runtime, util } from '@aws-appsync/utils';

export function request(ctx) {
  if (ctx.stash.board) return runtime.earlyReturn(ctx.stash.board);
  const sent = ctx.request.headers['x-correlation-id'] ?? '';
  return {
    operation: 'PutItem',
    key: util.dynamodb.toMapValues({ board_id: ctx.stash.board_id, item_id: 'board' }),
    attributeValues: util.dynamodb.toMapValues({
      title: ctx.stash.title,
      owner: ctx.identity.sub,
      members: [],
      version: 1,
      created_at: util.time.nowISO8601(),
      correlation_id: util.matches('^[A-Za-z0-9._=-]{1,128}$', sent) ? sent : util.autoId(),
    }),
    condition: { expression: 'attribute_not_exists(board_id)' },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    util.error('this id is taken; choose another', 'Conflict', null, { field: 'board_id' });
  }
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  return ctx.result;
}
