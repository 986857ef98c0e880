package io.ostinato.spark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the rows of a tokenizer are padded with.
 *
 * @param id id of the token
 * @param type its type id
 * @param isKnown whether the tokenizer defines it; otherwise both are 0
 */
record PaddingToken(long id, long type, boolean isKnown) implements Serializable {
  private static final List<String> NAMES =
      List.of("[PAD]", "<pad>", "<|pad|>", "<|padding|>", "<PAD>");

  /**
   * The token of the tokenizer's own padding, or else the one with a usual name, such as {@code
   * [PAD]}.
   */
  static PaddingToken of(JsonObject tokenizer) {
    if (tokenizer.get("padding") instanceof JsonObject own && own.has("pad_id")) {
      long type = own.has("pad_type_id") ? own.get("pad_type_id").getAsLong() : 0;
      return new PaddingToken(own.get("pad_id").getAsLong(), type, true);
    }
    for (String name : NAMES) {
      OptionalLong id = idOf(name, tokenizer);
      if (id.isPresent()) {
        return new PaddingToken(id.getAsLong(), 0, true);
      }
    }
    return new PaddingToken(0, 0, false);
  }

  private static OptionalLong idOf(String name, JsonObject tokenizer) {
    if (tokenizer.get("added_tokens") != null && tokenizer.get("added_tokens").isJsonArray()) {
      for (JsonElement added : tokenizer.getAsJsonArray("added_tokens")) {
        if (added instanceof JsonObject token
            && token.has("content")
            && token.get("content").getAsString().equals(name)) {
          return OptionalLong.of(token.get("id").getAsLong());
        }
      }
    }
    return tokenizer.getAsJsonObject("model").get("vocab") instanceof JsonObject vocabulary
            && vocabulary.has(name)
        ? OptionalLong.of(vocabulary.get(name).getAsLong())
        : OptionalLong.empty();
  }
}
