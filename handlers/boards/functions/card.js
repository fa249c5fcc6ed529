// Reads a card, so that the next function knows what is there.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ board_id: ctx.stash.board_id, item_id: `card#${ctx.stash.card_id}` }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  ctx.stash.card = ctx.result;
  return ctx.result;
}
