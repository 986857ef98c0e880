package io.ostinato.tracking;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** Numbers in JSON; those that JSON lacks are the strings NaN, Infinity and -Infinity. */
final class JsonNumbers {
  private JsonNumbers() {}

  static void add(JsonObject object, String key, double value) {
    if (Double.isFinite(value)) {
      object.addProperty(key, value);
    } else {
      object.addProperty(key, Double.toString(value));
    }
  }

  static double read(JsonElement element) {
    return Double.parseDouble(element.getAsString());
  }
}
