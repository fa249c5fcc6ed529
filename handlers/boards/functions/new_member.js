// Writes the board with one member more, unless it has changed since it was read.
import { runtime, util } from '@aws-appsync/utils';

export function request(ctx) {
  const board = ctx.stash.board;
  const members = board.members ?? [];
  if (board.owner === ctx.stash.member || members.includes(ctx.stash.member)) return runtime.earlyReturn(board);
  if (members.length >= 50) util.error('a board has at most 50 members', 'Conflict', null, { field: 'member' });
  const sent = ctx.request.headers['x-correlation-id'] ?? '';
  return {
    operation: 'PutItem',
    key: util.dynamodb.toMapValues({ board_id: board.board_id, item_id: 'board' }),
    attributeValues: util.dynamodb.toMapValues({
      title: board.title,
      owner: board.owner,
      members: [...members, ctx.stash.member],
      version: board.version + 1,
      created_at: board.created_at,
      correlation_id: util.matches('^[A-Za-z0-9._=-]{1,128}$', sent) ? sent : util.autoId(),
    }),
    condition: {
      expression: '#version = :version',
      expressionNames: { '#version': 'version' },
      expressionValues: util.dynamodb.toMapValues({ ':version': board.version }),
    },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    util.error('the board has changed meanwhile; try again', 'Conflict', null, { field: 'board_id' });
  }
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  return ctx.result;
}
