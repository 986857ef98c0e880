package io.ostinato.spark.ml;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import org.apache.spark.ml.param.Param;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Creates parameters that are texts, the only ones besides numbers and arrays that Spark itself
 * saves. Spark 4 passes the class of the values to their constructor, Spark 3.5 doesn't.
 */
final class TextParams {
  private TextParams() {}

  /**
   * Creates a parameter.
   *
   * @param parent the uid of the stage
   * @throws IllegalStateException if this version of Spark has none of the known constructors
   */
  @SuppressWarnings("unchecked") // the constructor of a Param of any type
  static Param<String> of(String parent, String name, String doc) {
    try {
      for (Constructor<?> constructor : Param.class.getConstructors()) {
        Class<?>[] types = constructor.getParameterTypes();
        if (types.length == 3 && types[0] == String.class) {
          return (Param<String>) constructor.newInstance(parent, name, doc);
        }
        if (types.length == 4 && types[0] == String.class && types[3] == ClassTag.class) {
          ClassTag<String> text = ClassTag$.MODULE$.apply(String.class);
          return (Param<String>) constructor.newInstance(parent, name, doc, text);
        }
      }
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("can't create the parameter " + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't create the parameter " + name, e);
    }
    throw new IllegalStateException(
        "this version of Spark has another constructor of Param; use Spark 3.5 or 4");
  }
}
