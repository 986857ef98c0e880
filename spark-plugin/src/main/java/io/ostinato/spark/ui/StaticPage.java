package io.ostinato.spark.ui;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.spark.ui.SparkUI;

/**
 * The files of the page, served by Spark's web UI.
 *
 * <p>Spark looks for files on the class path of its own classes. A jar that arrives by {@code
 * spark.jars} is not there; then a handler of Spark for other files is given the location of these.
 * The handler's classes differ between versions of Spark, so they are only known by reflection.
 */
record StaticPage(SparkUI ui) {
  /** Files that every version of Spark has. */
  private static final String OF_SPARK = "org/apache/spark/ui/static";

  /**
   * Serves the files below this path.
   *
   * @throws ReflectiveOperationException if Spark's classes are not as expected
   * @throws IOException if the files are not where the classes are
   */
  void serve(String path) throws ReflectiveOperationException, IOException {
    if (PageFiles.areVisibleTo(SparkUI.class.getClassLoader())) {
      ui.addStaticHandler(PageFiles.FOLDER, path);
    } else {
      attach(relocated(path));
    }
  }

  private static Object relocated(String path) throws ReflectiveOperationException, IOException {
    String wanted = PageFiles.location();
    String before = ofSpark();
    Object handler =
        method(
                Class.forName("org.apache.spark.ui.JettyUtils"),
                "createStaticHandler",
                parameters -> parameters.length == 2)
            .invoke(null, OF_SPARK, path);
    Object servlets = call(call(handler, "getServletHandler"), "getServlets");
    for (Object servlet : (Object[]) servlets) {
      Map<?, ?> parameters = (Map<?, ?>) call(servlet, "getInitParameters");
      for (Map.Entry<?, ?> parameter : Map.copyOf(parameters).entrySet()) {
        if (before.equals(parameter.getValue())) {
          servlet
              .getClass()
              .getMethod("setInitParameter", String.class, String.class)
              .invoke(servlet, parameter.getKey(), wanted);
          return handler;
        }
      }
    }
    throw new NoSuchMethodException("the static handler of Spark has no known location");
  }

  private void attach(Object handler) throws ReflectiveOperationException {
    method(
            SparkUI.class,
            "attachHandler",
            parameters -> parameters.length == 1 && parameters[0].isInstance(handler))
        .invoke(ui, handler);
  }

  private static String ofSpark() throws FileNotFoundException {
    URL location = SparkUI.class.getClassLoader().getResource(OF_SPARK);
    if (location == null) {
      throw new FileNotFoundException(OF_SPARK + " is not in Spark");
    }
    return location.toString();
  }

  private static Object call(Object target, String name) throws ReflectiveOperationException {
    Object result = target.getClass().getMethod(name).invoke(target);
    if (result == null) {
      throw new NoSuchMethodException(name + " returns nothing");
    }
    return result;
  }

  private static Method method(Class<?> type, String name, Predicate<Class<?>[]> parameters)
      throws NoSuchMethodException {
    return Arrays.stream(type.getMethods())
        .filter(method -> method.getName().equals(name))
        .filter(method -> parameters.test(method.getParameterTypes()))
        .findFirst()
        .orElseThrow(() -> new NoSuchMethodException(type.getName() + "." + name));
  }
}
