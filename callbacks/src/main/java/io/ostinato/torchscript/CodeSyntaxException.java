package io.ostinato.torchscript;

/** Thrown for code that doesn't follow the known syntax of serialized TorchScript. */
class CodeSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int MOST_CHARACTERS = 300;

  CodeSyntaxException(String why) {
    super(why.length() <= MOST_CHARACTERS ? why : why.substring(0, MOST_CHARACTERS) + "…");
  }

  /** Thrown for code that is nested deeper than the stack surely allows to follow. */
  static final class TooDeepException extends CodeSyntaxException {
    private static final long serialVersionUID = 1;

    TooDeepException() {
      super("code that is nested too deep to be analysed");
    }
  }
}
