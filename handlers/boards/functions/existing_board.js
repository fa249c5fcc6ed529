// Reads a board that is about to be made. If it is there already it must be the caller's.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ board_id: ctx.stash.board_id, item_id: 'board' }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  if (ctx.result && ctx.result.owner !== ctx.identity.sub) {
    util.error('this id is taken; choose another', 'Conflict', null, { field: 'board_id' });
  }
  ctx.stash.board = ctx.result;
  return ctx.result;
}
