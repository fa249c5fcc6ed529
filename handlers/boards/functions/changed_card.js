// Writes a card as it shall be, if it is still the version that the caller saw.
import { runtime, util } from '@aws-appsync/utils';

export function request(ctx) {
  const card = ctx.stash.card;
  const me = ctx.identity.sub;
  if (!card) util.error('the board has no card of this id', 'NotFound', null, { field: 'card_id' });
  const archives = ctx.stash.column === 'ARCHIVED' || card.column === 'ARCHIVED';
  const mayArchive = card.author === me || ctx.stash.board.owner === me || ctx.stash.is_moderator;
  if (archives && !mayArchive) util.unauthorized();
  // A moderator who is no member archives cards as they are, and does nothing else with them.
  const rewrites = ctx.stash.title !== card.title || ctx.stash.text !== card.text || ctx.stash.column !== 'ARCHIVED';
  if (!ctx.stash.is_member && rewrites) util.unauthorized();
  const same = card.title === ctx.stash.title && card.text === ctx.stash.text && card.column === ctx.stash.column;
  if (same && card.version === ctx.stash.version + 1) return runtime.earlyReturn(card); // sent twice: it is done
  if (card.version !== ctx.stash.version) {
    util.error('the card has changed since; read it again', 'Conflict', null, { field: 'version' });
  }
  const sent = ctx.request.headers['x-correlation-id'] ?? '';
  return {
    operation: 'PutItem',
    key: util.dynamodb.toMapValues({ board_id: ctx.stash.board_id, item_id: `card#${ctx.stash.card_id}` }),
    attributeValues: util.dynamodb.toMapValues({
      card_id: card.card_id,
      title: ctx.stash.title,
      text: ctx.stash.text,
      column: ctx.stash.column,
      author: card.author,
      author_name: card.author_name,
      version: card.version + 1,
      created_at: card.created_at,
      updated_at: util.time.nowISO8601(),
      correlation_id: util.matches('^[A-Za-z0-9._=-]{1,128}$', sent) ? sent : util.autoId(),
    }),
    condition: {
      expression: '#version = :version',
      expressionNames: { '#version': 'version' },
      expressionValues: util.dynamodb.toMapValues({ ':version': card.version }),
    },
  };
}

export function response(ctx) {
  if (ctx.error?.type === 'DynamoDB:ConditionalCheckFailedException') {
    util.error('the card has changed since; read it again', 'Conflict', null, { field: 'version' });
  }
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  return ctx.result;
}
