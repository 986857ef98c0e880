package io.ostinato.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Strings as serialized code writes them: bytes of UTF-8 that can't be printed are octal. */
final class CodeText {
  private static final Pattern PART =
      Pattern.compile("\\\\([0-7]{3})|\\\\(.)|([^\\\\]+)", Pattern.DOTALL);
  private static final String LETTERS = "abfnrtv";
  private static final String CONTROLS = "\007\b\f\n\r\t\013";

  private CodeText() {}

  /** The text of the content of a literal. */
  static String unescaped(String literal) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher part = PART.matcher(literal);
    while (part.find()) {
      if (part.group(1) != null) {
        bytes.write(Integer.parseInt(part.group(1), 8));
      } else {
        String plain = part.group(2) == null ? part.group(3) : escaped(part.group(2));
        bytes.writeBytes(plain.getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String escaped(String letter) {
    int control = LETTERS.indexOf(letter);
    return control < 0 ? letter : CONTROLS.substring(control, control + 1);
  }
}
