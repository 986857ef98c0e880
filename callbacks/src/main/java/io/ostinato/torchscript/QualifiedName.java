package io.ostinato.torchscript;

/** Converts expressions to dotted names. */
final class QualifiedName {
  private QualifiedName() {}

  /**
   * The dotted name that an expression consists of, such as {@code torch.add}; empty for any other
   * expression.
   */
  static String of(Expression expression) {
    if (expression instanceof Expression.Name name) {
      return name.text();
    }
    if (expression instanceof Expression.Attribute attribute) {
      String head = of(attribute.of());
      return head.isEmpty() ? "" : head + "." + attribute.name();
    }
    return "";
  }
}
