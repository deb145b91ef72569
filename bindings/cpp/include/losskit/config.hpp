/// \file
/// What every other header of the binding needs: the C API, the inline namespace that keeps two releases of the
/// headers apart in one program, and whether this translation unit has exceptions.
#ifndef LOSSKIT_CONFIG_HPP
#define LOSSKIT_CONFIG_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && (!defined(_MSVC_LANG) || _MSVC_LANG < 201703L))
#error "losskit needs C++17 or later"
#endif

#include <losskit.h>

/// 1 where the throwing forms exist. The try_ forms exist everywhere.
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define LOSSKIT_EXCEPTIONS 1
#else
#define LOSSKIT_EXCEPTIONS 0
#endif

#define LOSSKIT_JOIN_(major, minor) v##major##_##minor
#define LOSSKIT_JOIN(major, minor) LOSSKIT_JOIN_(major, minor)
#define LOSSKIT_NAMESPACE_BEGIN                                                                                        \
  namespace losskit {                                                                                                  \
  inline namespace LOSSKIT_JOIN(LK_VERSION_MAJOR, LK_VERSION_MINOR) {
#define LOSSKIT_NAMESPACE_END                                                                                          \
  }                                                                                                                    \
  }

#endif
