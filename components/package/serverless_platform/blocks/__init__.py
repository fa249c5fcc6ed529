"""Components that own a resource which others use: function, table, queue, bucket."""
